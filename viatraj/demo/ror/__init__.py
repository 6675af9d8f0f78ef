"""A ROR of the demonstration: a real FHIR server over a folder of resources, which may go wrong on demand.

No Django in it but for `monde`, which writes the folder: it is a process of its own.
"""
