"""What bench_habilitations measures, a file each."""
