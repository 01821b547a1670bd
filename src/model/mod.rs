//! The network, its files and the devices it runs on.

mod precision;
mod custom_backward;
mod convolution;
mod norm_relu;
mod block;
mod resnet_v2;
mod card;
mod score_histogram;
mod test_record;
mod map_record;
mod card_json;
mod model_file;
mod keras;
mod average;
#[cfg(all(
    any(test, feature = "cuda"),
    target_os = "linux",
    target_arch = "x86_64"
))]
mod cuda_libraries;
mod device;
mod error;
mod network;
mod inference;
mod classifier;
mod candle_training;

pub use average::{AverageError, average_models};
pub use candle_training::CandleTraining;
pub use card::{Calibration, ModelCard, Provenance};
pub use card_json::{CardError, FORMAT_VERSION};
pub use classifier::{Classifier, ModelSource, is_model_name};
pub use device::{ComputeDevice, DeviceError};
pub use error::ModelError;
pub use inference::{FeatureMaps, Inference, LinearHead};
pub use keras::{KerasError, KerasImport, import_keras};
pub use map_record::{MapFigures, MapRecord};
pub use model_file::{ModelFault, ModelFile, ModelFileError};
pub use precision::Precision;
pub use resnet_v2::ResNetV2;
pub use score_histogram::{ScoreHistogram, ScoreHistogramError};
pub use test_record::TestRecord;
