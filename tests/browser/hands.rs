//! Three ways to use a page. Each can reach, press, type and choose; a journey does not know which it has.

use crate::window::Window;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    Mouse,
    /// Tab until the wanted element has the focus, then Enter, Space, arrows and typing. Never a click.
    Keyboard,
    /// By mouse, in a browser that runs no scripts.
    WithoutScripts,
}

impl Hands {
    pub fn scripts(self) -> bool {
        self != Hands::WithoutScripts
    }
}

impl Window {
    /// Presses a link, a button or the head of something folded.
    pub async fn press(&self, what: &str) {
        let element = self.find(what).await;
        self.press_on(&element).await;
    }

    pub async fn press_on(&self, element: &Element) {
        match self.hands {
            Hands::Mouse | Hands::WithoutScripts => self.click(element).await,
            Hands::Keyboard => {
                self.reach(element).await;
                self.key(Key::Enter).await;
            }
        }
    }

    /// Presses something that leads to another page, and waits for that.
    pub async fn follow(&self, what: &str) {
        let element = self.find(what).await;
        self.follow_on(&element).await;
    }

    pub async fn follow_on(&self, element: &Element) {
        let before = self.find("main").await.element_id();
        self.press_on(element).await;
        self.until("another page", async |it| it.see("main").await.is_some_and(|main| main.element_id() != before)).await;
    }

    /// Types into a field, in place of what stands there.
    pub async fn write(&self, id: &str, text: &str) {
        let field = self.find(&format!("[id='{id}']")).await;
        let moment = field.attr("type").await.expect("it is there").is_some_and(|it| it == "datetime-local");
        match self.hands {
            // The label leads to the first part of the moment, a click to whichever is under it.
            Hands::Mouse | Hands::WithoutScripts if moment => self.click(&self.find(&format!("label[for='{id}']")).await).await,
            Hands::Mouse | Hands::WithoutScripts => self.click(&field).await,
            Hands::Keyboard => self.reach(&field).await,
        }
        if moment {
            self.keys(text).await;
        } else {
            self.chord(Key::Control, 'a').await;
            field.send_keys(text).await.expect("it can be typed into");
        }
    }

    /// Ticks a box or a round button.
    pub async fn tick(&self, what: &str) {
        let element = self.find(what).await;
        match self.hands {
            Hands::Mouse | Hands::WithoutScripts => self.click(&element).await,
            Hands::Keyboard => {
                self.reach(&element).await;
                if !element.is_selected().await.expect("it is there") {
                    self.key(Key::Space).await;
                }
            }
        }
        assert!(element.is_selected().await.expect("it is there"), "{what} is not ticked");
    }

    /// Chooses an option by what is written on it, or on a part of it.
    pub async fn choose(&self, id: &str, label: &str) {
        let list = self.find(&format!("select[id='{id}']")).await;
        let options = list.find_all(fantoccini::Locator::Css("option")).await.expect("options");
        let mut wanted = None;
        let mut chosen = 0;
        for (at, option) in options.iter().enumerate() {
            if option.is_selected().await.expect("it is there") {
                chosen = at;
            }
            if wanted.is_none() && option.text().await.expect("it is there").contains(label) {
                wanted = Some(at);
            }
        }
        let wanted = wanted.unwrap_or_else(|| panic!("{id} does not offer {label}"));
        match self.hands {
            Hands::Mouse | Hands::WithoutScripts => options[wanted].click().await.expect("it can be clicked"),
            Hands::Keyboard => {
                self.reach(&list).await;
                let step = if wanted > chosen { Key::Down } else { Key::Up };
                for _ in 0..wanted.abs_diff(chosen) {
                    self.key(step).await;
                }
            }
        }
        assert!(options[wanted].is_selected().await.expect("it is there"), "{label} is not chosen in {id}");
    }

    /// Rolls it to the middle of the window, as one does with a wheel, and clicks.
    async fn click(&self, element: &Element) {
        let argument = serde_json::to_value(element).expect("a reference");
        self.client.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![argument]).await.expect("it rolls");
        element.click().await.expect("it can be clicked");
    }

    /// Goes there with Tab, and inside a group of round buttons with the arrows.
    async fn reach(&self, wanted: &Element) {
        let group = self.group(wanted).await;
        for _ in 0..400 {
            let focused = self.client.active_element().await.expect("something has the focus");
            if focused.element_id() == wanted.element_id() {
                return;
            }
            let inside = group.is_some() && self.group(&focused).await == group;
            self.key(if inside { Key::Down } else { Key::Tab }).await;
        }
        panic!("Tab never comes to {} at {}", wanted.html(false).await.unwrap_or_default(), self.path().await);
    }

    /// The name that round buttons of a group share.
    async fn group(&self, element: &Element) -> Option<String> {
        let kind = element.attr("type").await.ok().flatten()?;
        if kind == "radio" { element.attr("name").await.ok().flatten() } else { None }
    }

    pub async fn key(&self, key: Key) {
        let strokes = KeyActions::new("keys".into()).then(KeyAction::Down { value: key.into() }).then(KeyAction::Up { value: key.into() });
        self.client.perform_actions(strokes).await.expect("it can be typed");
    }

    async fn chord(&self, hold: Key, key: char) {
        let strokes = KeyActions::new("keys".into())
            .then(KeyAction::Down { value: hold.into() })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: hold.into() });
        self.client.perform_actions(strokes).await.expect("it can be typed");
    }

    /// Types into whatever has the focus; `→` is the arrow key.
    pub async fn keys(&self, text: &str) {
        let mut strokes = KeyActions::new("keys".into());
        for letter in text.chars() {
            let value = if letter == '→' { Key::Right.into() } else { letter };
            strokes = strokes.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(strokes).await.expect("it can be typed");
    }
}
