use std::fmt;
use std::str::FromStr;

use super::CamMethod;

/// How a map is made: read off the features of one forward pass, or by covering place after place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapMethod {
    /// From the last activation and the linear head.
    Cam(CamMethod),
    /// The drop of the score where a place is covered: some hundred forward passes.
    Occlusion,
}

impl MapMethod {
    /// All, in the order of a menu.
    pub const ALL: [Self; 6] = [
        Self::Cam(CamMethod::HiResCam),
        Self::Cam(CamMethod::GradCam),
        Self::Cam(CamMethod::PooledGradCam),
        Self::Cam(CamMethod::GuidedGradCam),
        Self::Cam(CamMethod::PooledGuidedGradCam),
        Self::Occlusion,
    ];

    /// Label in menus and captions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cam(method) => method.name(),
            Self::Occlusion => "Occlusion",
        }
    }

    /// Its name on the command line and in files: never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Cam(CamMethod::HiResCam) => "hires-cam",
            Self::Cam(CamMethod::GradCam) => "grad-cam",
            Self::Cam(CamMethod::PooledGradCam) => "grad-cam-4x4",
            Self::Cam(CamMethod::GuidedGradCam) => "guided",
            Self::Cam(CamMethod::PooledGuidedGradCam) => "guided-4x4",
            Self::Occlusion => "occlusion",
        }
    }
}

impl Default for MapMethod {
    fn default() -> Self {
        Self::Cam(CamMethod::default())
    }
}

impl fmt::Display for MapMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for MapMethod {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|method| method.key() == text);
        known.ok_or_else(|| {
            let keys = Self::ALL.map(Self::key).join(", ");
            format!("expected one of {keys}, got {text:?}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found_by_its_key_and_the_exact_one_is_the_default() {
        for method in MapMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert_eq!(MapMethod::ALL[0], MapMethod::default());
        assert_eq!(MapMethod::default(), MapMethod::Cam(CamMethod::HiResCam));
        let error = "cam".parse::<MapMethod>().unwrap_err();
        assert!(
            error.contains("hires-cam, grad-cam") && error.ends_with("got \"cam\""),
            "{error}"
        );
    }
}
