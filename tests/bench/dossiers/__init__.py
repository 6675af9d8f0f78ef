"""What bench_dossiers measures, a file each."""
