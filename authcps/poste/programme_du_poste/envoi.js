// Sans script, le bouton fait la même chose.
document.querySelector("form[data-envoi]")?.requestSubmit();
