use std::collections::BTreeMap;

use super::ResNetConfig;

/// The name and the shape of every tensor of the network, convolutions as (out, in, h, w).
pub fn parameter_shapes(config: &ResNetConfig) -> BTreeMap<String, Vec<usize>> {
    config.architecture().tensors().into_iter().collect()
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
