TESTS += %D%/test_resolver.py
EXTRA_DIST += %D%/test_resolver.py tests/rigs/dns_server.py
