use std::collections::BTreeMap;

use super::ResNetConfig;

/// The name and the shape of every tensor of the network, convolutions as (out, in, h, w).
pub fn parameter_shapes(config: &ResNetConfig) -> BTreeMap<String, Vec<usize>> {
    let mut shapes = Shapes::default();
    shapes.convolution("stem.conv", 1, ResNetConfig::N_STEM, 3);
    shapes.batch_norm("stem.bn", ResNetConfig::N_STEM);
    for (stage_idx, stage) in ResNetConfig::STAGES.into_iter().enumerate() {
        for block_idx in 0..config.n_blocks() {
            let name = |part: &str| format!("stage{stage_idx}.block{block_idx}.{part}");
            let n_in = if block_idx == 0 {
                stage.n_in
            } else {
                stage.n_out
            };
            if (stage_idx, block_idx) != (0, 0) {
                shapes.batch_norm(&name("bn1"), n_in);
            }
            shapes.convolution(&name("conv1"), n_in, stage.n_mid, 1);
            shapes.batch_norm(&name("bn2"), stage.n_mid);
            shapes.convolution(&name("conv2"), stage.n_mid, stage.n_mid, 3);
            shapes.batch_norm(&name("bn3"), stage.n_mid);
            shapes.convolution(&name("conv3"), stage.n_mid, stage.n_out, 1);
            if block_idx == 0 {
                shapes.convolution(&name("shortcut"), n_in, stage.n_out, 1);
            }
        }
    }
    shapes.batch_norm("head.bn", ResNetConfig::N_FEATURES);
    let n_pooled = config.n_cells().pow(2) * ResNetConfig::N_FEATURES;
    shapes.add("head.dense.weight", &[config.n_outputs(), n_pooled]);
    shapes.add("head.dense.bias", &[config.n_outputs()]);
    shapes.0
}

#[derive(Default)]
struct Shapes(BTreeMap<String, Vec<usize>>);

impl Shapes {
    fn add(&mut self, name: &str, shape: &[usize]) {
        self.0.insert(name.to_owned(), shape.to_owned());
    }

    fn convolution(&mut self, name: &str, n_in: usize, n_out: usize, kernel: usize) {
        self.add(&format!("{name}.weight"), &[n_out, n_in, kernel, kernel]);
        self.add(&format!("{name}.bias"), &[n_out]);
    }

    fn batch_norm(&mut self, name: &str, n_channels: usize) {
        for part in ["weight", "bias", "running_mean", "running_var"] {
            self.add(&format!("{name}.{part}"), &[n_channels]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_network_has_the_studys_number_of_parameters() {
        let config = ResNetConfig::new(56, 128, 14).unwrap();
        let shapes = parameter_shapes(&config);
        let trained = shapes.iter().filter(|(name, _)| !name.contains("running"));
        let n_parameters: usize = trained
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        assert_eq!(n_parameters, 1_717_838);
    }
}
