// The studio's own: a form that shows what it means, and the text with its colours and its completion.
(() => {
})();
