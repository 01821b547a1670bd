use std::path::Path;

use crate::domain::{Finding, plain_name};

use super::{DataError, TableFile, TableRow};

/// Side of the square frame in which NIH's boxes are drawn, pixels.
pub const BOX_FRAME_PX: f64 = 1024.0;

/// A rectangle that a radiologist drew around a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingBox {
    /// The film, as the table names it.
    pub image: String,
    /// The finding in the box.
    pub finding: Finding,
    /// Left edge, pixels of the frame of 1024 x 1024, from 0.
    pub x: f64,
    /// Upper edge, likewise.
    pub y: f64,
    /// Width in the same pixels, above 0.
    pub width: f64,
    /// Height in the same pixels, above 0.
    pub height: f64,
}

/// Reads NIH's `BBox_List_2017.csv`, whose `Infiltrate` is the label Infiltration.
pub fn read_boxes(path: &Path) -> Result<Vec<FindingBox>, DataError> {
    let mut table = TableFile::open(path)?;
    let expected = "\"Image Index\", \"Finding Label\", \"Bbox [x,y,w,h]\"";
    let columns = BoxColumns::of(table.header());
    let columns = columns.ok_or_else(|| table.header_error(expected))?;
    let mut boxes = Vec::new();
    while let Some(row) = table.next_row()? {
        boxes.push(columns.parse(row)?);
    }
    Ok(boxes)
}

/// The list's name in NIH's folders.
pub(super) const BOX_LIST: &str = "BBox_List_2017.csv";
/// Maximum number of folders above a film in which its list is looked for.
pub(super) const MAX_FOLDERS_ABOVE: usize = 3;

/// The boxes of one film, from the list in a folder above it; none if there is no list,
/// or no readable one.
pub fn boxes_of_film(film: &Path) -> Vec<FindingBox> {
    let folders = film.ancestors().skip(1).take(MAX_FOLDERS_ABOVE);
    let mut lists = folders.map(|folder| folder.join(BOX_LIST));
    let Some(list) = lists.find(|list| list.is_file()) else {
        return Vec::new();
    };
    let name = film.file_name().unwrap_or_default().to_string_lossy();
    let mut boxes = read_boxes(&list).unwrap_or_default();
    boxes.retain(|found| found.image == name);
    boxes
}

/// Column indices of a list of boxes.
struct BoxColumns {
    image: usize,
    finding: usize,
    /// Of x; y, width and height are the next three.
    x: usize,
}

impl BoxColumns {
    fn of(header: &[String]) -> Option<Self> {
        let named = |name: &str| header.iter().position(|cell| plain_name(cell) == name);
        Some(Self {
            image: named("imageindex")?,
            finding: named("findinglabel")?,
            // The brackets of `Bbox [x,y,w,h]` fall into four cells.
            x: header.iter().position(|cell| cell.starts_with("Bbox [x"))?,
        })
    }

    fn parse(&self, row: TableRow<'_>) -> Result<FindingBox, DataError> {
        let image = row.needed(self.image, "the image's name")?.to_owned();
        let finding = Finding::named(row.cell(self.finding)).ok_or_else(|| {
            let names: Vec<&str> = Finding::ALL.iter().map(|finding| finding.name()).collect();
            row.error(self.finding, &format!("one of {}", names.join(", ")))
        })?;
        let edge = |column| {
            let edge = row.number(column);
            edge.filter(|edge| (0.0..=BOX_FRAME_PX).contains(edge))
                .ok_or_else(|| row.error(column, "0 to 1024"))
        };
        let extent = |column| {
            let extent = edge(column)?;
            if extent > 0.0 {
                Ok(extent)
            } else {
                Err(row.error(column, "more than 0"))
            }
        };
        Ok(FindingBox {
            image,
            finding,
            x: edge(self.x)?,
            y: edge(self.x + 1)?,
            width: extent(self.x + 2)?,
            height: extent(self.x + 3)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<FindingBox>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boxes.csv");
        std::fs::write(&path, text).unwrap();
        read_boxes(&path).map_err(|error| error.to_string())
    }

    const HEAD: &str = "Image Index,Finding Label,Bbox [x,y,w,h],,,\n";

    #[test]
    fn infiltrate_is_infiltration() {
        let boxes = read(&format!("{HEAD}a.png,Infiltrate,1.5,2,30,40,,,\n")).unwrap();
        let expected = FindingBox {
            image: "a.png".to_owned(),
            finding: Finding::Infiltration,
            x: 1.5,
            y: 2.0,
            width: 30.0,
            height: 40.0,
        };
        assert_eq!(boxes, std::slice::from_ref(&expected));
        let saved =
            ";Image Index;Finding Label;Bbox [x;y;w;h]\r\n0;a.png;Infiltrate;1,5;2;30;40\r\n";
        assert_eq!(read(saved).unwrap(), [expected]);
    }

    #[test]
    fn a_film_finds_its_boxes_in_the_list_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let rows = "a.png,Mass,1,2,3,4,,,\nb.png,Mass,5,6,7,8,,,\na.png,Edema,1,1,1,1,,,\n";
        std::fs::write(folder.path().join(BOX_LIST), format!("{HEAD}{rows}")).unwrap();
        let boxes = boxes_of_film(&folder.path().join("images/a.png"));
        let findings: Vec<Finding> = boxes.iter().map(|found| found.finding).collect();
        assert_eq!(findings, [Finding::Mass, Finding::Edema]);
        assert!(boxes_of_film(&folder.path().join("c.png")).is_empty());
        std::fs::write(folder.path().join(BOX_LIST), "no list").unwrap();
        assert!(boxes_of_film(&folder.path().join("a.png")).is_empty());
    }

    #[test]
    fn what_is_no_box_is_named_with_its_line() {
        for (row, expected) in [
            ("a.png,Growth,1,2,3,4", "Growth"),
            ("a.png,Mass,1,2,0,4", "more than 0"),
            ("a.png,Mass,1,2,NaN,4", "NaN"),
            ("a.png,Mass,1,2000,3,4", "2000"),
            ("a.png,Mass,1,2", "\"\""),
            (",Mass,1,2,3,4", "image"),
        ] {
            let error = read(&format!("{HEAD}{row}\n")).unwrap_err();
            let named = error.contains(expected) && error.contains("line 2");
            assert!(named && error.contains("boxes.csv"), "{error}");
        }
        let error = read("a,b,c\n").unwrap_err();
        assert!(
            error.contains("Finding Label") && error.contains("line 1"),
            "{error}"
        );
    }
}
