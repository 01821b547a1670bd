//! The one path from a file to the numbers that the network is fed.
