//! `thorax average` as users run it.

use crate::run::{stdout, thorax};
use crate::training::{films, train_args};

#[test]
fn sites_are_averaged_and_what_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| thorax(folder.path(), args);
    films(folder.path());
    for (out, seed) in [("a", "seed=1"), ("b", "seed=2")] {
        let more = ["--set", seed, "--set", "epochs=1"];
        stdout(&run(&train_args(out, &more)));
    }
    let models = ["a/best.safetensors", "b/best.safetensors"];
    let args = ["average", models[0], models[1], "-o", "mean.safetensors"];
    stdout(&run(&[&args[..], &["--weights", "3,1"]].concat()));
    let said = stdout(&run(&["info", "mean.safetensors"]));
    assert!(
        said.contains("mean of 2 models") && said.contains("75.0 %"),
        "{said}"
    );
    // It scores as any model does, and has no thresholds.
    let said = stdout(&run(&[
        "classify",
        "0.png",
        "--model",
        "mean.safetensors",
        "--format",
        "csv",
    ]));
    assert!(said.starts_with("path,error,Mass\n0.png,,0."), "{said}");

    // Nothing is replaced unasked, and nothing is averaged that does not fit.
    let refused = |args: &[&str]| {
        let output = run(args);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&args).contains("--overwrite"));
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/weights/thorax.safetensors");
    let said = refused(&["average", models[0], other, "-o", "other.safetensors"]);
    assert!(
        said.contains("the network of") && said.contains("differs"),
        "{said}"
    );
    let said = refused(&[&args[..4], &["new.safetensors", "--weights", "1,0"]].concat());
    assert!(
        said.contains("one weight above 0 for each of 2 models"),
        "{said}"
    );
    assert!(!folder.path().join("other.safetensors").exists());
}
