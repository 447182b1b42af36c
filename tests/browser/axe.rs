//! What axe-core says of a page: WCAG 2.0 to 2.2, levels A and AA, and its own best practice.

use crate::window::Window;
use serde_json::{Value, json};

const SOURCE: &str = include_str!("axe-4.14.1.min.js");

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const told = (rule) => rule.nodes.map((node) => `${rule.id} (${rule.help}): ${node.html.slice(0, 300)}\\n        ${(node.failureSummary ?? '').replace(/\\s+/g, ' ')}`);
    axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
        .then((results) => done(results.violations.flatMap(told)), (error) => done([`axe failed: ${error}`]));
";

impl Window {
    /// From now on axe is there on every page that is loaded.
    pub async fn bring_axe(&self) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": SOURCE })).await;
    }

    /// One text for each element that breaks a rule.
    pub async fn axe(&self) -> Vec<String> {
        // Half way through a change of colour nothing can be said.
        self.until("at rest", async |it| it.ask("return document.getAnimations().length === 0").await == true).await;
        let found = self.client.execute_async(RUN, Vec::new()).await.expect("axe runs");
        found.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
