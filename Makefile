# make run [PORT=8000] · make test · make proofs [SEED=…] · make check · make bench [SCALE=small|full] [ONLY=word]
# make mutations [ONLY=word]
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
export PORT SCALE ONLY SEED
.PHONY: run test proofs check bench mutations
run test proofs check bench mutations:
	@$(or $(PYTHON),python3) run.py $@
