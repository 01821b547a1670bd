use super::Heatmap;
use crate::imaging::BodyMask;

impl Heatmap {
    /// Share of the positive evidence at places outside the body, in `[0, 1]`; `None` without
    /// positive evidence.
    ///
    /// A place that lies partly outside counts by its part.
    pub fn share_outside(&self, body: &BodyMask) -> Option<f64> {
        let (mut outside, mut all) = (0.0, 0.0);
        for (cell, &inside) in body.cells().iter().enumerate() {
            let place = |n: usize| n * self.side() / BodyMask::SIDE;
            let (column, row) = (cell % BodyMask::SIDE, cell / BodyMask::SIDE);
            let value = self.values().get(place(row) * self.side() + place(column));
            let evidence = f64::from(value.copied().unwrap_or_default().max(0.0));
            all += evidence;
            outside += if inside { 0.0 } else { evidence };
        }
        (all > 0.0).then(|| outside / all)
    }
}

/// `62 % of the evidence lies outside the body`; n/a where no body was found on the film.
pub fn outside_text(share: Option<f64>) -> String {
    match share {
        Some(share) => format!(
            "{:.0} % of the evidence lies outside the body",
            share * 100.0
        ),
        None => "Evidence outside the body: n/a, no outline of a body found".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::GrayPicture;

    /// A body in the right three quarters of the film, with air at its left.
    fn body() -> BodyMask {
        let grays = (0..64 * 64).map(|idx| if idx % 64 < 16 { 0 } else { 200 });
        BodyMask::of(&GrayPicture::new(64, 64, grays.collect()).unwrap()).unwrap()
    }

    #[test]
    fn positive_evidence_is_counted_where_it_is() {
        let share = |values: Vec<f32>| Heatmap::new(4, values).share_outside(&body());
        let row = |values: [f32; 4]| share(values.repeat(4));
        assert_eq!(row([3.0, 1.0, 0.0, 0.0]), Some(0.75));
        assert_eq!(
            row([-3.0, 1.0, 0.0, 0.0]),
            Some(0.0),
            "evidence against counts nowhere"
        );
        assert_eq!(row([1.0, -1.0, 0.0, 0.0]), Some(1.0));
        assert_eq!(row([0.0, -1.0, 0.0, 0.0]), None);
        // Two columns: the air is half of the first.
        let halved = Heatmap::new(2, vec![2.0, 2.0, 2.0, 2.0]).share_outside(&body());
        assert_eq!(halved, Some(0.25));
    }

    #[test]
    fn the_share_is_said_in_words() {
        assert_eq!(
            outside_text(Some(0.617)),
            "62 % of the evidence lies outside the body"
        );
        assert!(outside_text(None).contains("n/a"));
    }
}
