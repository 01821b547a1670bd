/// What the launcher of a parallel program says of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Launched {
    /// Processes of the program, at least 1.
    pub n_ranks: usize,
    /// Processes of it on this machine, where the launcher says so.
    pub n_local: Option<usize>,
}

/// Names under which launchers say how many processes there are: MPICH and others by PMI, Open MPI, MVAPICH.
const SIZES: [&str; 3] = ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE"];
/// And how many on this machine.
const LOCAL_SIZES: [&str; 3] = [
    "MPI_LOCALNRANKS",
    "OMPI_COMM_WORLD_LOCAL_SIZE",
    "MV2_COMM_WORLD_LOCAL_SIZE",
];

/// What the launcher says; a process that was started plainly is one of one.
pub fn launched() -> Launched {
    of(|name| std::env::var(name).ok())
}

fn of(value: impl Fn(&str) -> Option<String>) -> Launched {
    let number = |name: &&str| value(name)?.trim().parse().ok().filter(|&n: &usize| n > 0);
    Launched {
        n_ranks: SIZES.iter().find_map(number).unwrap_or(1),
        n_local: LOCAL_SIZES.iter().find_map(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launched_with(values: &[(&str, &str)]) -> Launched {
        of(|name| {
            let value = values.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn launchers_are_known_by_what_they_set() {
        let alone = Launched {
            n_ranks: 1,
            n_local: None,
        };
        assert_eq!(launched_with(&[]), alone);
        assert_eq!(launched_with(&[("PMI_SIZE", "zero")]), alone);
        let mpich = launched_with(&[("PMI_SIZE", "4"), ("MPI_LOCALNRANKS", "2")]);
        assert_eq!((mpich.n_ranks, mpich.n_local), (4, Some(2)));
        let open_mpi = [
            ("OMPI_COMM_WORLD_SIZE", "8"),
            ("OMPI_COMM_WORLD_LOCAL_SIZE", "8"),
        ];
        assert_eq!(launched_with(&open_mpi).n_ranks, 8);
    }
}
