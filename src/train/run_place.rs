use std::fs::canonicalize;
use std::path::Path;

use super::TrainError;
use crate::dataset::DataSet;

/// An error if `root` is a folder of the data: a run has its own, which can be removed as a whole.
pub fn check_run_folder(root: &Path, data: &DataSet) -> Result<(), TrainError> {
    let Ok(whole) = canonicalize(root) else {
        // It is still to be made.
        return Ok(());
    };
    let is_root = |folder: &Path| folder == root || folder == whole;
    let holds_table = canonicalize(&data.root).is_ok_and(|folder| folder == whole);
    let films = data.table.rows.iter().filter_map(|row| row.path.as_ref());
    let mut folders = films.filter_map(|path| path.parent());
    if holds_table || folders.any(is_root) {
        let path = root.to_owned();
        return Err(TrainError::RunInData { path });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_beside_or_below_its_data_and_not_among_them() {
        let folder = tempfile::tempdir().unwrap();
        let films = folder.path().join("films");
        std::fs::create_dir(&films).unwrap();
        let table = "Image Index,Patient ID,Finding Labels\na.png,1,Mass\n";
        std::fs::write(folder.path().join("table.csv"), table).unwrap();
        image::GrayImage::new(8, 8)
            .save(films.join("a.png"))
            .unwrap();
        let data = DataSet::open(folder.path(), None).unwrap();
        for refused in [
            folder.path(),
            &films,
            &films.join("."),
            &films.join("../films"),
        ] {
            let error = check_run_folder(refused, &data).unwrap_err();
            assert!(matches!(error, TrainError::RunInData { .. }), "{error}");
        }
        for good in ["run", "films/run", "runs/a"] {
            check_run_folder(&folder.path().join(good), &data).unwrap();
        }
    }
}
