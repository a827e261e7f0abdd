//! One exchange: what an observer asks of both worlds, and what each answers.

/// A request for both worlds. `‹0›`, `‹1›`… in its texts stand for ids, which each world has of its own.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    pub ids: Vec<[String; 2]>,
}

impl Exchange {
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), ..Self::default() }
    }

    /// A body of FHIR JSON.
    pub fn send(method: &'static str, path: impl Into<String>, body: impl ToString) -> Self {
        let headers = vec![("content-type", "application/fhir+json".to_owned())];
        Self { method, path: path.into(), headers, body: Some(body.to_string()), ids: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn naming(mut self, ids: &[&[String; 2]]) -> Self {
        self.ids = ids.iter().map(|pair| (*pair).clone()).collect();
        self
    }

    /// A text of it as one world is asked.
    pub fn fill(&self, text: &str, world: usize) -> String {
        let mut out = text.to_owned();
        for (place, pair) in self.ids.iter().enumerate() {
            out = out.replace(&format!("‹{place}›"), &pair[world]);
        }
        out
    }

    /// For people: what was asked.
    pub fn told(&self, world: usize) -> String {
        let body: String = self.body.iter().flat_map(|body| body.chars().take(300)).collect();
        format!("{} {} {:?} {}", self.method, self.fill(&self.path, world), self.headers, self.fill(&body, world))
    }
}

/// What a world answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Headers and body as one text; a body that is no text as its bytes in hexadecimal.
    pub fn text(&self) -> String {
        let mut text: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        match std::str::from_utf8(&self.body) {
            Ok(body) => text.push_str(body),
            Err(_) => text.extend(self.body.iter().map(|byte| format!("{byte:02x}"))),
        }
        text
    }
}
