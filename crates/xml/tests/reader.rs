//! What the reader takes, what it refuses, and that long text is told in pieces.

use dmp_xml::{Event, Limits, Reader, XmlRule};

/// A document as one line: `(name attribute=value …text)`.
fn tree(bytes: &[u8], limits: Limits) -> Result<String, XmlRule> {
    let mut reader = Reader::new(bytes, limits);
    let mut out = String::new();
    loop {
        match reader.read().map_err(|fault| fault.rule)? {
            Event::Start(element) => {
                let namespace = element.namespace().map(|uri| format!("{{{uri}}}")).unwrap_or_default();
                out.push_str(&format!("({namespace}{}", element.local()));
                for one in element.attributes() {
                    let namespace = one.namespace.map(|uri| format!("{{{uri}}}")).unwrap_or_default();
                    out.push_str(&format!(" {namespace}{}={}", one.local, one.value));
                }
                out.push('>');
            }
            Event::End => out.push(')'),
            Event::Text(text) => out.push_str(text),
            Event::Done => return Ok(out),
        }
    }
}

fn read(text: &str) -> Result<String, XmlRule> {
    let whole = tree(text.as_bytes(), Limits::default());
    // However its text is cut, it is the same document.
    assert_eq!(tree(text.as_bytes(), Limits { piece: 1, ..Limits::default() }), whole, "{text}");
    whole
}

#[test]
fn takes_what_is_well_formed() {
    for (text, expected) in [
        ("<a/>", "(a>)"),
        ("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='no'?>\n<!-- - --><?p x?><a/>\n<!---->", "(a>)"),
        ("<?xml version='1.0' encoding='us-ascii'?><a>b</a >", "(a>b)"),
        ("<p:a xmlns:p='u' xmlns='v'><b p:c=\"1\" c='2'/></p:a>", "({u}a>({v}b {u}c=1 c=2>))"),
        ("<a xmlns='u'><b xmlns=''/></a>", "({u}a>(b>))"),
        ("<a>1&lt;2&amp;&#233;&#xe9;<![CDATA[<&]]]]><![CDATA[>]]>\r\n\r.</a>", "(a>1<2&éé<&]]>\n\n.)"),
        ("<a b='&quot;&#10;\t\r\n>'/>", "(a b=\"\n  >>)"),
        ("<a xml:lang='fr'/>", "(a {http://www.w3.org/XML/1998/namespace}lang=fr>)"),
        ("<é ü='ñ'>\u{10ffff}]] ></é>", "(é ü=ñ>\u{10ffff}]] >)"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn refuses_what_is_not_and_names_the_rule() {
    let deep = "<a>".repeat(101) + &"</a>".repeat(101);
    let many = format!("<a {}/>", (0..101).map(|n| format!("a{n}='' ")).collect::<String>());
    let comment = format!("<a><!--{}--></a>", "x".repeat(300_000));
    let tag = format!("<a b='{}'/>", "x".repeat(300_000));
    for (text, rule) in [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", XmlRule::Doctype),
        ("<!DOCTYPE a><a/>", XmlRule::Doctype),
        ("<a>&b;</a>", XmlRule::Reference),
        ("<a>&</a>", XmlRule::Reference),
        ("<a>&#0;</a>", XmlRule::Reference),
        ("<a b='&c;'/>", XmlRule::Reference),
        ("<a b='&'/>", XmlRule::Reference),
        ("<a>\u{1}</a>", XmlRule::Character),
        ("<a>\u{ffff}</a>", XmlRule::Character),
        ("<a b='1' b='2'/>", XmlRule::DuplicateAttribute),
        ("<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", XmlRule::DuplicateAttribute),
        ("<p:a/>", XmlRule::Namespace),
        ("<a p:b=''/>", XmlRule::Namespace),
        ("<a xmlns:p=''/>", XmlRule::Namespace),
        ("<a xmlns:xml='u'/>", XmlRule::Namespace),
        ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", XmlRule::Namespace),
        ("<a></b>", XmlRule::Mismatch),
        ("<a></a></a>", XmlRule::Mismatch),
        ("<a>", XmlRule::Unfinished),
        ("", XmlRule::Unfinished),
        ("<a><b</a>", XmlRule::Name),
        ("<a/><a/>", XmlRule::OutsideRoot),
        ("x<a/>", XmlRule::OutsideRoot),
        ("<a/>&amp;", XmlRule::OutsideRoot),
        ("<a/><![CDATA[]]>", XmlRule::OutsideRoot),
        ("<a>]]></a>", XmlRule::Syntax),
        ("<a><!-- -- --></a>", XmlRule::Syntax),
        ("<a b='1'c='2'/>", XmlRule::Attribute),
        ("<a b/>", XmlRule::Attribute),
        ("<a b=1/>", XmlRule::Attribute),
        ("<a b='<'/>", XmlRule::Attribute),
        ("<1a/>", XmlRule::Name),
        ("<a:b:c/>", XmlRule::Name),
        ("<a/><?xml version='1.0'?>", XmlRule::Declaration),
        (" <?xml version='1.0'?><a/>", XmlRule::Declaration),
        ("<?xml version='1.1'?><a/>", XmlRule::Declaration),
        ("<?XML version='1.0'?><a/>", XmlRule::Name),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", XmlRule::Encoding),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>", XmlRule::Encoding),
        (deep.as_str(), XmlRule::Depth(100)),
        (many.as_str(), XmlRule::Attributes(100)),
        (comment.as_str(), XmlRule::Markup(262_144)),
        (tag.as_str(), XmlRule::Markup(262_144)),
    ] {
        let start: String = text.chars().take(60).collect();
        assert_eq!(read(text), Err(rule), "{start}");
    }
    let utf16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(tree(utf16.as_slice(), Limits::default()), Err(XmlRule::Encoding));
    let bare: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(tree(bare.as_slice(), Limits::default()), Err(XmlRule::Encoding));
    assert_eq!(tree(b"<a>\xe9</a>".as_slice(), Limits::default()), Err(XmlRule::Utf8));
    assert_eq!(tree(b"<a>\xc3".as_slice(), Limits::default()), Err(XmlRule::Utf8));
}

#[test]
fn a_fault_stays() {
    let mut reader = Reader::new(b"<a></b>".as_slice(), Limits::default());
    reader.read().unwrap();
    let fault = reader.read().unwrap_err();
    assert_eq!(reader.read().unwrap_err(), fault);
}

/// Text comes in pieces and is the same text, references, line ends, brackets and wide characters included.
#[test]
fn pieces_are_the_text() {
    let text: String = (0..4000).map(|n| ["é", "\r\n", "]", "x", "&amp;", "]]", "\r", "€", "𝄞"][n % 9]).collect();
    let cdata = text.replace("&amp;", "&");
    let document = format!("<a><b>{text}</b><c><![CDATA[{cdata}]]></c></a>");
    let expected = tree(document.as_bytes(), Limits { piece: usize::MAX, ..Limits::default() }).unwrap();
    for piece in 1..90 {
        let limits = Limits { piece, ..Limits::default() };
        assert_eq!(tree(document.as_bytes(), limits).unwrap(), expected);
    }
}

/// 64 MiB of text, and of CDATA: no piece is longer than the limit, and a line end.
#[test]
fn long_text_is_told_in_pieces() {
    for (before, after) in [("<a>", "</a>"), ("<a><![CDATA[", "]]></a>")] {
        let document = [before, &"xxxxxxx\r\n".repeat((64 << 20) / 8), after].concat();
        let mut reader = Reader::new(document.as_bytes(), Limits::default());
        let (mut total, mut longest) = (0, 0);
        loop {
            match reader.read().unwrap() {
                Event::Text(text) => (total, longest) = (total + text.len(), longest.max(text.len())),
                Event::Done => break,
                _ => {}
            }
        }
        assert_eq!(total, 64 << 20);
        assert!(longest <= 64 * 1024, "{longest}");
    }
}

#[test]
fn attack_files_are_refused_at_once() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/testdata/give/attack/xml"));
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: no test data");
        return;
    };
    for file in files.flatten() {
        let bytes = std::fs::read(file.path()).unwrap();
        let outcome = tree(bytes.as_slice(), Limits::default()).map(|_| "well-formed");
        println!("{}: {outcome:?}", file.file_name().display());
        let plain = file.file_name() == "simple.xml";
        assert_eq!(outcome, if plain { Ok("well-formed") } else { Err(XmlRule::Doctype) });
    }
}
