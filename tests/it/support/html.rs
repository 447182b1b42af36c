//! Reads our own pages as a browser without JavaScript does: tags, attributes, forms.

/// A start or end tag, with the text that follows it.
#[derive(Clone, Debug, Default)]
pub struct Tag {
    pub name: String,
    pub closes: bool,
    pub attributes: Vec<(String, String)>,
    pub text: String,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn opens(&self, name: &str) -> bool {
        !self.closes && self.name == name
    }

    fn value(&self) -> String {
        self.get("value").unwrap_or_default().to_owned()
    }
}

pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (tag, after) = tag(&rest[at + 1..]);
        let text = after.find('<').unwrap_or(after.len());
        tags.push(Tag { text: decoded(&after[..text]), ..tag });
        rest = &after[text..];
    }
    tags
}

/// The tag that starts here, and what comes behind it.
fn tag(html: &str) -> (Tag, &str) {
    let (closes, mut rest) = html.strip_prefix('/').map_or((false, html), |rest| (true, rest));
    let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
    let mut tag = Tag { name: rest[..end].to_lowercase(), closes, ..Tag::default() };
    rest = &rest[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return (tag, behind);
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).expect("a tag ends");
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let value = match rest.strip_prefix("=\"").map(|it| (it, '"')).or_else(|| rest.strip_prefix("='").map(|it| (it, '\''))) {
            Some((quoted, quote)) => {
                let end = quoted.find(quote).expect("a quote ends");
                rest = &quoted[end + 1..];
                decoded(&quoted[..end])
            }
            None => String::new(),
        };
        tag.attributes.push((name, value));
    }
}

fn decoded(text: &str) -> String {
    let named =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#38;", "&"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// A form as it stands on the page: what would be sent if somebody pressed its button now.
#[derive(Clone, Debug, Default)]
pub struct Form {
    id: Option<String>,
    pub action: String,
    pub method: String,
    pub fields: Vec<(String, String)>,
    /// Every control that it has, ticked or not, buttons included.
    pub names: Vec<String>,
}

impl Form {
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }

    /// Filled in here; only a field that the form has can be.
    #[track_caller]
    pub fn with(mut self, name: &str, value: impl ToString) -> Form {
        self.fields.retain(|(it, _)| it != name);
        self.and(name, value)
    }

    /// Ticked here as well.
    #[track_caller]
    pub fn and(mut self, name: &str, value: impl ToString) -> Form {
        assert!(self.names.iter().any(|it| it == name), "no field {name:?} among {:?}", self.names);
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn add(&mut self, tag: &Tag) {
        let Some(name) = tag.get("name") else { return };
        self.names.push(name.to_owned());
        let kind = tag.get("type").unwrap_or("text");
        let sent = match tag.name.as_str() {
            "input" if matches!(kind, "checkbox" | "radio") => tag.has("checked"),
            "input" | "textarea" => true,
            _ => false,
        };
        if sent {
            let value = if tag.name == "textarea" { tag.text.strip_prefix('\n').unwrap_or(&tag.text).to_owned() } else { tag.value() };
            self.fields.push((name.to_owned(), value));
        }
    }
}

/// Every form of a page, with the controls that name it from outside.
pub fn forms(html: &str) -> Vec<Form> {
    let (mut forms, mut outside, mut inside) = (Vec::<Form>::new(), Vec::<Tag>::new(), false);
    let mut select: Option<(String, Vec<Tag>)> = None;
    for tag in tags(html) {
        match (tag.name.as_str(), tag.closes) {
            ("form", false) => {
                let text = |name| tag.get(name).unwrap_or_default().to_owned();
                forms.push(Form { id: tag.get("id").map(str::to_owned), action: text("action"), method: text("method").to_lowercase(), ..Form::default() });
                inside = true;
            }
            ("form", true) => inside = false,
            ("select", false) => select = tag.get("name").map(|name| (name.to_owned(), Vec::new())),
            ("option", false) => select.iter_mut().for_each(|(_, options)| options.push(tag.clone())),
            ("select", true) => {
                if let (Some((name, options)), Some(form)) = (select.take(), forms.last_mut().filter(|_| inside)) {
                    let chosen = options.iter().find(|it| it.has("selected")).or_else(|| options.first());
                    form.fields.extend(chosen.map(|it| (name.clone(), it.value())));
                    form.names.push(name);
                }
            }
            ("input" | "textarea" | "button", false) if tag.has("form") => outside.push(tag),
            ("input" | "textarea" | "button", false) => forms.last_mut().filter(|_| inside).into_iter().for_each(|form| form.add(&tag)),
            _ => {}
        }
    }
    for tag in outside {
        forms.iter_mut().filter(|form| form.id.as_deref() == tag.get("form")).for_each(|form| form.add(&tag));
    }
    forms
}
