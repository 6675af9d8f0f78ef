"""`python -m tools.extras`: what the tests need and pip cannot bring."""

from tools import browser, clamd, nginx, softhsm


def main():
    chromium, hsm = browser.find_or_install(), softhsm.find_or_install()
    proxy, antivirus = nginx.find_or_install(), clamd.find_or_install()
    print("Chromium :", chromium.program if chromium else "absent, ses tests seront sautés", flush=True)
    print("nginx :", proxy or "absent, ses tests seront sautés", flush=True)
    print("clamd :", antivirus.program if antivirus else "absent, son test sera sauté", flush=True)
    print("SoftHSM2 :", hsm.module if hsm else "absent, ses tests seront sautés", flush=True)


if __name__ == "__main__":
    main()
