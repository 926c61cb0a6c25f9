(function () {
  var root = document.documentElement, button = document.getElementById("switch");
  button.hidden = false;
  var titles = { nl: document.title, en: document.querySelector("title").dataset.en };
  button.addEventListener("click", function () {
    root.dataset.show = root.lang = root.dataset.show === "nl" ? "en" : "nl";
    document.title = titles[root.lang];
  });
  var folds = [];  // on paper every fold is open
  window.addEventListener("beforeprint", function () {
    folds = Array.prototype.filter.call(document.querySelectorAll("details"), function (one) { return !one.open; });
    folds.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { folds.forEach(function (one) { one.open = false; }); });

  var WIDE = 1400, NARROW = 800, EDGE = 40;  // of a copied picture, in pixels
  function lines(pen, text, width) {  // a text cut at spaces, each line no wider than the picture
    var found = [""];
    text.split(" ").forEach(function (word) {
      var last = found.length - 1, longer = (found[last] + " " + word).trim();
      if (pen.measureText(longer).width <= width || !found[last]) found[last] = longer; else found.push(word);
    });
    return found;
  }
  function write(pen, wide, text, font, colour, y, step) {  // returns how far down it came
    pen.font = font;
    pen.fillStyle = colour;
    lines(pen, text, wide - 2 * EDGE).forEach(function (line) { pen.fillText(line, EDGE, y += step); });
    return y;
  }
  function drawn(figure) {  // the picture that is seen, with its finding above it and where it is from below it, as PNG
    var svg = Array.prototype.find.call(figure.querySelectorAll("svg"), function (one) { return one.getBoundingClientRect().width > 0; });
    var copy = svg.cloneNode(true), box = svg.viewBox.baseVal, face = getComputedStyle(document.body).fontFamily;
    var wide = svg.closest(".narrow") ? NARROW : WIDE, width = wide - 2 * EDGE, height = Math.round(width * box.height / box.width), picture = new Image();
    copy.setAttribute("xmlns", svg.namespaceURI);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    Array.prototype.forEach.call(copy.querySelectorAll("text"), function (one) { one.style.fontFamily = face; });
    return new Promise(function (done, failed) {
      picture.onerror = failed;
      picture.onload = function () {
        var canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), english = root.dataset.show === "en";
        var title = figure.dataset[english ? "titleEn" : "titleNl"], small = figure.dataset[english ? "subtitleEn" : "subtitleNl"];
        var from = figure.dataset.file + " · " + document.body.dataset.source;
        canvas.width = wide;
        canvas.height = height + 600;  // cut below to what is written
        pen.fillStyle = "#fff";
        pen.fillRect(0, 0, wide, canvas.height);
        var y = write(pen, wide, title, "600 36px " + face, "#123a5c", EDGE / 2, 44) + 24;
        pen.drawImage(picture, EDGE, y, width, height);
        y = write(pen, wide, small, "22px " + face, "#4d5866", y + height + 8, 30);
        y = Math.min(write(pen, wide, from, "22px " + face, "#4d5866", y + 6, 30) + EDGE / 2, canvas.height);
        var cut = document.createElement("canvas");
        cut.width = wide;
        cut.height = y;
        cut.getContext("2d").drawImage(canvas, 0, 0);
        cut.toBlob(function (blob) { if (blob) done(blob); else failed(); }, "image/png");
      };
      picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
    });
  }
  function save(figure, blob) {  // where nothing may be put on the clipboard: a file
    var link = document.createElement("a"), at = URL.createObjectURL(blob);
    link.href = at;
    link.download = figure.id + ".png";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(at); }, 1000);
    return "saved";
  }
  function copied(figure) {
    var made = drawn(figure), board = navigator.clipboard;
    if (!board || !board.write || !window.ClipboardItem) return made.then(function (blob) { return save(figure, blob); });
    return board.write([new ClipboardItem({ "image/png": made })]).then(
      function () { return "copied"; },
      function () { return made.then(function (blob) { return save(figure, blob); }); }
    );
  }
  Array.prototype.forEach.call(document.querySelectorAll("figure .copy"), function (one) {
    one.hidden = false;
    one.addEventListener("click", function () {
      function tell(state) {
        Array.prototype.forEach.call(one.parentNode.querySelectorAll(".said > span"), function (word) {
          word.hidden = word.dataset.state !== state;
        });
      }
      copied(one.closest("figure")).then(tell, function () { tell("failed"); });
    });
  });
}());
