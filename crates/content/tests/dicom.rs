//! DICOM files: those that dcmtk reads are taken, those that lie about lengths are refused where they end.

use std::io::BufReader;

use dmp_content::{DicomFault, scan_dicom};

fn element(tag: [u8; 4], kind: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or_default().to_le_bytes();
    [&tag[..], kind, &length, value].concat()
}

fn part10(data: &[u8]) -> Vec<u8> {
    let meta = element([2, 0, 0x10, 0], b"UI", b"1.2.840.10008.1.2.1\0");
    [&[0; 128][..], b"DICM", &meta, data].concat()
}

#[test]
fn facts_of_a_small_file() {
    let nested = [element([0x40, 0, 0x43, 0xa0], b"LO", b"x "), vec![0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]].concat();
    let data = [
        element([8, 0, 0x18, 0], b"UI", b"1.2.3\0"),
        element([8, 0, 0x60, 0], b"CS", b"KO"),
        element([0x10, 0, 0x20, 0], b"LO", b"279035121518989 "),
        element([0x10, 0, 0x21, 0], b"LO", b"ASIP-SANTE-INS-NIR"),
        vec![0x40, 0, 0x30, 0xa7, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff],
        vec![0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff],
        nested,
        vec![0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0],
        element([0xe0, 0x7f, 0x10, 0], b"OW", b""),
    ];
    let mut data = data.concat();
    let pixels = data.split_off(data.len() - 8);
    assert_eq!(&pixels[4..6], b"OW");
    let file = part10(&data);
    for capacity in [1, 7, 4096] {
        let facts = scan_dicom(BufReader::with_capacity(capacity, file.as_slice())).unwrap();
        assert!(facts.part10);
        assert_eq!((facts.sop_instance_uid.as_deref(), facts.modality.as_deref()), (Some("1.2.3"), Some("KO")));
        let [identity] = &*facts.patient.identities else { panic!("{:?}", facts.patient) };
        assert_eq!(*identity.values, ["279035121518989".into()]);
        assert_eq!(identity.issuer.as_deref(), Some("ASIP-SANTE-INS-NIR"));
    }
    // Cut after a whole element of the data set, a file is a shorter file; cut anywhere else, it is none.
    let whole: Vec<usize> = (140..file.len()).filter(|end| scan_dicom(&file[..*end]).is_ok()).collect();
    println!("{} bytes; readable when cut at {whole:?}", file.len());
    assert!(whole.len() <= 6);
}

#[test]
fn lies_are_refused() {
    let huge = [&[8, 0, 0x18, 0][..], b"OB\0\0", &[0xfe, 0xff, 0xff, 0xff]].concat();
    assert!(matches!(scan_dicom(part10(&huge).as_slice()), Err(DicomFault::Beyond(_))));
    let meta = element([2, 0, 0x10, 0], b"UI", b"1.2.840.10008.1.2.1.99");
    let deflated = [&[0; 128][..], b"DICM", &meta, b"anybody"].concat();
    assert_eq!(scan_dicom(deflated.as_slice()), Err(DicomFault::Deflated));
    let deep: Vec<u8> =
        [0x40, 0, 0x30, 0xa7, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff]
            .repeat(10_000);
    assert_eq!(scan_dicom(part10(&deep).as_slice()), Err(DicomFault::Depth(32)));
    for bytes in [&b""[..], b"DICM", &[0; 131], &[0; 200], b"<ClinicalDocument/>", b"%PDF-1.4"] {
        assert_eq!(scan_dicom(bytes), Err(DicomFault::Magic));
    }
}

/// Other identifiers stand in a sequence, with the OID of who gave each; whether its lengths are written or not.
#[test]
fn other_identifiers_and_their_issuers() {
    let universal = element([0x40, 0, 0x32, 0], b"LO", b"1.2.250.1.213.1.4.10");
    let sequence = |tag: [u8; 4], inner: &[u8], defined: bool| {
        let length = |length: usize| if defined { u32::try_from(length).unwrap() } else { u32::MAX }.to_le_bytes();
        let end = |tag: [u8; 4]| if defined { Vec::new() } else { [&tag[..], &[0; 4]].concat() };
        let mut item = [&[0xfe, 0xff, 0, 0xe0][..], &length(inner.len()), inner].concat();
        item.extend(end([0xfe, 0xff, 0x0d, 0xe0]));
        let mut whole = [&tag[..], b"SQ\0\0", &length(item.len()), &item].concat();
        whole.extend(end([0xfe, 0xff, 0xdd, 0xe0]));
        whole
    };
    for defined in [true, false] {
        let issuer = sequence([0x10, 0, 0x24, 0], &universal, defined);
        let other = [element([0x10, 0, 0x20, 0], b"LO", b"248039263001064 "), issuer].concat();
        let data = [
            element([0x10, 0, 0x20, 0], b"LO", b"4711"),
            sequence([0x10, 0, 2, 0x10], &other, defined),
            element([0x10, 0, 0x40, 0], b"CS", b"F "),
        ];
        let patient = scan_dicom(part10(&data.concat()).as_slice()).unwrap().patient;
        let facts = patient.header_facts().unwrap();
        let numbers: Vec<String> = facts.patient.iter().map(dmp_core::identity::Ins::to_text).collect();
        assert_eq!(numbers, ["1.2.250.1.213.1.4.10|248039263001064"], "{patient:?}");
        assert!(facts.numbers.is_empty() && facts.sex.is_some(), "{facts:?}");
    }
    let many = element([0x10, 0, 0, 0x10], b"LO", b"4711\\".repeat(65).as_slice());
    assert_eq!(scan_dicom(part10(&many).as_slice()), Err(DicomFault::Identifiers(64)));
}

/// What tells whose a file is, is readable and told once, or empty: it would not be compared.
#[test]
fn whose_a_file_is_must_be_readable() {
    const ID: [u8; 4] = [0x10, 0, 0x20, 0];
    const ISSUER: [u8; 4] = [0x10, 0, 0x21, 0];
    const BIRTH: [u8; 4] = [0x10, 0, 0x30, 0];
    const SEX: [u8; 4] = [0x10, 0, 0x40, 0];
    let scan = |elements: &[([u8; 4], &[u8])]| {
        let data: Vec<Vec<u8>> = elements.iter().map(|(tag, value)| element(*tag, b"LO", value)).collect();
        scan_dicom(part10(&data.concat()).as_slice()).map(|facts| facts.patient)
    };
    let long = [b"177076999000232".as_slice(), &[b' '; 121]].concat();
    let refused: [&[([u8; 4], &[u8])]; 15] = [
        &[(BIRTH, b"1979-03-29")],
        &[(BIRTH, b"19790329\t")],
        &[(BIRTH, b"19790328\\19790329")],
        &[(BIRTH, b"19791301")],
        &[(BIRTH, b"1979.0328")],
        &[(BIRTH, b"197903\xc3\xa9 ")],
        &[(BIRTH, b"19790329"), (BIRTH, b"19790328")],
        &[(SEX, b"MALE")],
        &[(SEX, b"M\\F ")],
        &[(SEX, b"M "), (SEX, b"F ")],
        &[(ID, &long)],
        &[(ID, b"177076999000232\t")],
        &[(ID, b"177076999000232 "), (ID, b"4711")],
        &[(ISSUER, b"CHU\\ASIP-SANTE-INS-NIR")],
        &[(ISSUER, b"ASIP-SANTE-INS-NIR"), (ISSUER, b"CHU ")],
    ];
    for elements in refused {
        let outcome = scan(elements);
        let (tag, _) = elements[elements.len() - 1];
        let expected = u16::from_le_bytes([tag[2], tag[3]]);
        assert!(
            matches!(outcome, Err(DicomFault::Patient(0x10, at, _)) if at == expected),
            "{elements:?}: {outcome:?}"
        );
    }
    let nowhere = [&[0x10, 0, 0x20, 0][..], b"UN\0\0", &[0xff; 4], &[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]].concat();
    assert!(matches!(scan_dicom(part10(&nowhere).as_slice()), Err(DicomFault::Patient(0x10, 0x20, _))));
    // Empty is absent, wherever it stands; of a birth what is known is compared; an issuer's name has no case.
    let empty = scan(&[(BIRTH, b""), (SEX, b"  "), (BIRTH, b"1978"), (SEX, b"m "), (ID, b"\0\0")]).unwrap();
    let facts = empty.header_facts().unwrap();
    assert_eq!((facts.birth, facts.partial_births[0].year, facts.sex.is_some()), (None, 1978, true));
    let month = scan(&[(BIRTH, b"197803"), (SEX, b"O ")]).unwrap().header_facts().unwrap();
    assert_eq!((month.partial_births[0].month, month.sex), (Some(3), None));
    let small = scan(&[(ID, b"177076999000232"), (ISSUER, b"asip-sante-ins-nir")]).unwrap().header_facts().unwrap();
    assert_eq!(small.numbers, ["177076999000232".into()]);
    // A hospital's own number may have letters of other alphabets.
    assert!(scan(&[(ID, b"DUP\xc9-12")]).is_ok());
}

/// The samples, as a table. What dcmtk reads is taken (`no` marks what it does not).
#[test]
fn samples() {
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/testdata/give/");
    let mut files: Vec<_> = ["dicom", "attack/dicom"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(format!("{base}{folder}")).ok())
        .flat_map(|folder| folder.flatten().map(|file| file.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "dcm"))
        .collect();
    files.sort();
    if files.is_empty() {
        println!("skipped: no samples");
        return;
    }
    let dcmdump = |path: &std::path::Path| {
        std::process::Command::new("dcmdump").arg("-q").arg(path).output().map(|output| output.status.success()).ok()
    };
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let outcome = scan_dicom(bytes.as_slice());
        let reads = dcmdump(&path);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let told = match &outcome {
            Ok(facts) => format!("taken: {:?} {:?}", facts.modality, facts.sop_instance_uid),
            Err(fault) => format!("refused: {fault}"),
        };
        println!("{name} ({} bytes), dcmdump {reads:?}: {told}", bytes.len());
        if reads == Some(true) && !path.to_string_lossy().contains("attack") {
            assert!(outcome.is_ok(), "{name}");
        }
        if name == "declared_length_3GB.dcm" {
            assert!(matches!(outcome, Err(DicomFault::Beyond(_))));
        }
    }
}

/// Whatever is done to a file, the walk ends, and takes no more bytes than there are.
#[test]
fn mutations_never_stop_the_walk() {
    let mut number: u64 = 11;
    let mut next = |below: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(number >> 33).unwrap() % below
    };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/testdata/give/dicom/test-SR.dcm");
    let sample = std::fs::read(folder).unwrap_or_else(|_| part10(&element([8, 0, 0x18, 0], b"UI", b"1.2.3\0")));
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..4000 {
        let mut bytes = sample.clone();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            bytes[at] = u8::try_from(next(256)).unwrap();
        }
        match scan_dicom(bytes.as_slice()) {
            Ok(_) => taken += 1,
            Err(_) => refused += 1,
        }
    }
    println!("{taken} taken, {refused} refused");
}
