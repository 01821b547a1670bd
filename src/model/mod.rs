//! The network, its files and the devices it runs on.
