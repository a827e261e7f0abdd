//! A small PDF 1.4: pages of text in Helvetica.

/// Lines of one page.
const LINES: usize = 50;
/// Bytes that a page costs beside its content, about.
const FRAME: usize = 210;

/// A PDF of these lines, repeated over pages until it has about `bulk` bytes.
pub(super) fn write(lines: &[String], bulk: usize) -> Vec<u8> {
    let mut pages: Vec<Vec<u8>> = lines.chunks(LINES).map(page).collect();
    let once = pages.clone();
    while !once.is_empty() && pages.iter().map(|page| page.len() + FRAME).sum::<usize>() < bulk {
        pages.extend(once.iter().cloned());
    }
    let kids: Vec<String> = (0..pages.len()).map(|index| format!("{} 0 R", 4 + 2 * index)).collect();
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()).into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    for (index, page) in pages.iter().enumerate() {
        let content = 5 + 2 * index;
        let resources = "/Resources << /Font << /F1 3 0 R >> >>";
        let head =
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents {content} 0 R >>");
        objects.push(head.into_bytes());
        objects.push([format!("<< /Length {} >>\nstream\n", page.len()).as_bytes(), page, b"\nendstream"].concat());
    }
    file(&objects)
}

fn page(lines: &[String]) -> Vec<u8> {
    let mut content = b"BT /F1 10 Tf 56 790 Td 14 TL\n".to_vec();
    for line in lines {
        content.push(b'(');
        for one in line.chars() {
            match one {
                '(' | ')' | '\\' => content.extend([b'\\', one as u8]),
                // WinAnsi has the Latin letters where Unicode has them; anything else becomes a question mark.
                ' '..='~' | '\u{a0}'..='\u{ff}' => content.push(u8::try_from(u32::from(one)).unwrap_or(b'?')),
                _ => content.push(b'?'),
            }
        }
        content.extend(b") Tj T*\n");
    }
    content.extend(b"ET");
    content
}

fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut offsets = Vec::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    bytes.extend(trailer.into_bytes());
    bytes
}
