//! Whether a body part, in whatever language, is the chest.

/// Beginnings of words for the chest and the lungs, in capitals without accents.
const CHEST: [&str; 46] = [
    "CHEST",
    "CXR",
    "THORA", // thorax, thoracic, thoracique
    "TORAX",
    "TORAC", // toracico, torace
    "TORAKS",
    "LUNG",  // lung, Lunge, lungor
    "PULMO", // pulmo, pulmonary, pulmones
    "PULMAO",
    "POITRINE",
    "POUMON",
    "BRUSTK", // Brustkorb, Brustkasten
    "BRUSTR", // Brustraum
    "POLMON",
    "PETTO",
    "PECHO",
    "PEITO",
    "BORSTK", // borstkas
    "LONGEN",
    "BROSTK", // bröstkorg
    "BRYSTK", // brystkasse
    "KEUHKO",
    "RINTAKEH",
    "KLATKA", // klatka piersiowa
    "PLUC",   // płuca, plíce
    "HRUDN",
    "PLICE",
    "MELLKAS",
    "TUDO",
    "GOGUS",
    "AKCIGER",
    "PRSNI", // prsni koš
    "GRUDN",
    "GRUDI",
    "LEGKI",
    "ГРУДН",
    "ГРУДИ",
    "ЛЕГКИ",
    "ОГК",
    "ЛЕГЕН",
    "ΘΩΡΑΚ",
    "ΠΝΕΥΜ",
    "NGUC", // ngực
    "PHOI",
    "DADA",
    "PARU",
];

/// Words that are written without spaces between them.
const CHEST_SIGNS: [&str; 8] = ["胸", "肺", "흉부", "가슴", "폐", "صدر", "רئ", "חזה"];

/// Beginnings of words for what lies in the chest and is taken on films of its own.
const OTHER_PARTS: [&str; 17] = [
    "SPINE", "TSPINE", "VERTEBR", "COLUMN", "COLUNA", "COLONNA", "RACHIS", "WIRBEL", "BWS",
    "DORSAL", "STERNUM", "CLAVIC", "SCAPUL", "SHOULDER", "BREAST", "MAMM", "AORTA",
];

/// Whether a body part may be taken for a chest, as it is filmed for its lungs.
pub(super) fn is_chest(body_part: &str) -> bool {
    let plain: String = body_part
        .to_uppercase()
        .chars()
        .map(without_accent)
        .collect();
    let words = || plain.split(|c: char| !c.is_alphanumeric());
    let any = |begins: &[&str]| words().any(|word| begins.iter().any(|b| word.starts_with(b)));
    let in_signs = CHEST_SIGNS.iter().any(|sign| plain.contains(sign));
    (any(&CHEST) || in_signs) && !any(&OTHER_PARTS)
}

fn without_accent(capital: char) -> char {
    match capital {
        'À'..='Å' | 'Ă' | 'Ą' => 'A',
        'Ç' | 'Ć' | 'Č' => 'C',
        'È'..='Ë' | 'Ę' | 'Ě' => 'E',
        'Ì'..='Ï' | 'İ' => 'I',
        'Ñ' | 'Ń' | 'Ň' => 'N',
        'Ò'..='Ö' | 'Ø' | 'Ő' => 'O',
        'Ù'..='Ü' | 'Ű' | 'Ů' | 'Ự' | 'Ư' => 'U',
        'Ł' => 'L',
        'Š' | 'Ś' | 'Ş' => 'S',
        'Ž' | 'Ź' | 'Ż' => 'Z',
        'Ğ' => 'G',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chest_is_known_in_many_languages() {
        for chest in [
            "CHEST",
            "Thorax p.a.",
            "TÓRAX",
            "TORACE",
            "POITRINE",
            "BRUSTKORB",
            "PULMON",
            "PULMÃO",
            "Chest/Ribs",
            "bröstkorg",
            "KLATKA PIERSIOWA",
            "GÖĞÜS",
            "ГРУДНАЯ КЛЕТКА",
            "胸部",
            "흉부",
            "LUNGS",
            "CHEST_ABDOMEN",
            "PORTABLE CHEST",
        ] {
            assert!(is_chest(chest), "{chest}");
        }
    }

    #[test]
    fn other_parts_are_not_taken_for_it() {
        for other in [
            "SKULL",
            "THORACIC SPINE",
            "TSPINE",
            "HAND",
            "BREAST",
            "COLUMNA TORACICA",
            "ABDOMEN",
            "BRUST",
            "EXTREMITY",
            "LEG",
            "PELVIS",
            "KNEE",
        ] {
            assert!(!is_chest(other), "{other}");
        }
    }
}
