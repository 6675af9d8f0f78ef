"""What bench_demandes measures, a file each."""
