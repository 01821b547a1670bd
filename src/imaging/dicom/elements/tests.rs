use super::*;

fn parse(bytes: &[u8]) -> Result<Vec<(Tag, usize)>, String> {
    let object = Object::parse(bytes, Encoding::EXPLICIT).map_err(|error| error.to_string())?;
    let elements = object.elements.iter();
    Ok(elements
        .map(|(tag, element)| (*tag, element.value.len()))
        .collect())
}

#[test]
fn unknown_vrs_take_the_length_that_leads_to_the_next_element() {
    let next = b"\x28\0\x10\0US\x02\0\x05\0";
    let columns = (Tag(0x28, 0x10), 2);
    for head in [
        &b"\x08\0\x60\0ZZ\0\0\x02\0\0\0DX"[..],
        b"\x08\0\x60\0??\x02\0DX",
        b"\x08\0\x60\0\0\0\x02\0DX",
        b"\x08\0\x60\0\x02\0\0\0DX",
    ] {
        let found = parse(&[head, next].concat());
        assert_eq!(found, Ok(vec![(Tag(8, 0x60), 2), columns]), "{head:?}");
    }
    let error = parse(b"\x08\0\x60\0??\xFF\xFFDX").unwrap_err();
    assert!(error.contains("the VR of (0008,0060)"), "{error}");
}

#[test]
fn sequences_of_unknown_vr_are_implicit_inside() {
    // UN, undefined length; item, undefined length; (0008,0060) implicit; both ends.
    let bytes = b"\x40\0\x75\x02UN\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF\
        \x08\0\x60\0\x02\0\0\0DX\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0";
    let object = Object::parse(bytes, Encoding::EXPLICIT).unwrap();
    let items = object.get(Tag(0x40, 0x275)).unwrap().items().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].get(Tag(8, 0x60)).unwrap().value, b"DX");
}

#[test]
fn numbers_that_are_not_whole_are_refused() {
    let error = parse(b"\x28\0\x10\0FL\x02\0\x05\0").unwrap_err();
    assert!(
        error.contains("expected a multiple of 4 bytes in (0028,0010), got 2"),
        "{error}"
    );
}

#[test]
fn zeros_and_odd_lengths_end_nothing_early() {
    let bytes = b"\x08\0\x60\0CS\x03\0DX \x28\0\x10\0US\x02\0\x05\0\0\0\0\0\0\0\0\0\0";
    let found = parse(bytes).unwrap();
    assert_eq!(found, [(Tag(8, 0x60), 3), (Tag(0x28, 0x10), 2)]);
}

#[test]
fn elements_are_counted_in_sequences_too() {
    let item = b"\xFE\xFF\0\xE0\0\0\0\0";
    let mut bytes = b"\x40\0\x75\x02SQ\0\0\xFF\xFF\xFF\xFF".to_vec();
    bytes.extend(item.repeat(MAX_ELEMENTS));
    let error = parse(&bytes).unwrap_err();
    assert!(error.contains("at most 500000 elements"), "{error}");
    // The same with its length spelled out.
    let length = (8 * MAX_ELEMENTS) as u32;
    bytes.splice(8..12, length.to_le_bytes());
    let error = parse(&bytes).unwrap_err();
    assert!(error.contains("at most 500000 elements"), "{error}");
}
