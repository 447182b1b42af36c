//! A browser without a screen: keeps cookies, says where its requests come from, follows nothing by itself.

use super::html::{self, Form};
use reqwest::cookie::Jar;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    jar: Arc<Jar>,
    address: String,
}

pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(address: &str) -> Browser {
        let jar = Arc::new(Jar::default());
        let client = reqwest::Client::builder().cookie_provider(jar.clone()).redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        Browser { client, jar, address: address.to_owned() }
    }

    /// With a cookie set before, written as a `Set-Cookie` header would.
    pub fn with_cookie(self, cookie: &str) -> Browser {
        self.jar.add_cookie_str(cookie, &self.address.parse().expect("our own address"));
        self
    }

    pub async fn get(&self, path: &str) -> Page {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.send(self.client.get(format!("{}{path}", self.address)), headers).await
    }

    /// Sends a form from a page of ours.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(path, fields, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form with these headers only, as another site or another program might.
    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.address)).header("content-type", "application/x-www-form-urlencoded").body(body);
        self.send(request, headers).await
    }

    /// Presses the button of a form, as it is filled in.
    pub async fn submit(&self, form: &Form) -> Page {
        if form.method == "post" {
            return self.post(&form.action, &form.pairs()).await;
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form.pairs()).finish();
        self.get(&format!("{}?{query}", form.action)).await
    }

    /// Any method and any body.
    pub async fn request(&self, method: &str, path: &str, body: impl Into<reqwest::Body>, headers: &[(&str, &str)]) -> Page {
        let method = method.parse().expect("a method");
        self.send(self.client.request(method, format!("{}{path}", self.address)).body(body), headers).await
    }

    /// A download, as the bytes that it is.
    pub async fn download(&self, path: &str) -> (HeaderMap, Vec<u8>) {
        let answer = self.client.get(format!("{}{path}", self.address)).send().await.expect("the server answers");
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        (answer.headers().clone(), answer.bytes().await.expect("the whole file").to_vec())
    }

    /// Sends a form with files, each with its name and content, as a browser does.
    pub async fn attach(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        for (name, content) in files {
            let head = format!("--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n");
            body.extend(head.into_bytes());
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        self.request("POST", path, body, &[("content-type", "multipart/form-data; boundary=edge"), ("sec-fetch-site", "same-origin")]).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Page {
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header name");
            request = request.header(name, HeaderValue::from_str(value).expect("a header value"));
        }
        let answer = request.send().await.expect("the server answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // A stream of events has no end to wait for.
        let streams = headers.get("content-type").is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
        let body = if streams { String::new() } else { answer.text().await.expect("a text") };
        Page { status, headers, body }
    }
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// Where it sends the browser; empty if nowhere.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The first form that is sent to this address.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        self.find_form(action, |_| true)
    }

    /// The form to this address in which this field has this value.
    #[track_caller]
    pub fn form_where(&self, action: &str, name: &str, value: &str) -> Form {
        self.find_form(action, |it| it.value(name) == value)
    }

    #[track_caller]
    fn find_form(&self, action: &str, fits: impl Fn(&Form) -> bool) -> Form {
        let found = html::forms(&self.body).into_iter().find(|it| it.action == action && fits(it));
        found.unwrap_or_else(|| panic!("no such form to {action} in {}", self.body))
    }

    /// Whether there is a form that is sent to this address.
    pub fn has_form(&self, action: &str) -> bool {
        html::forms(&self.body).iter().any(|it| it.action == action)
    }

    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Page {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn expect_no_text(self, text: &str) -> Page {
        assert!(!self.has(text), "{text:?} is in {}", self.body);
        self
    }

    /// After a write that went well: 303 to there.
    #[track_caller]
    pub fn expect_see(self, location: &str) -> Page {
        assert_eq!((self.status, self.location()), (303, location), "{}", self.body);
        self
    }

    #[track_caller]
    pub fn expect_text(self, text: &str) -> Page {
        assert!(self.has(text), "no {text:?} in {}", self.body);
        self
    }
}
