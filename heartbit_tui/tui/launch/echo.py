"""What a person types before the screen listens, as far as it can be shown: pure, bytes in, a draft out."""

from codecs import getincrementaldecoder

LARGE_LINES, LARGE_CHARACTERS = 5, 800
"""A paste with this many line ends, or more characters, is shown by its size, as the draft does it."""

PASTE_BEGIN, PASTE_END = "200~", "\x1b[201~"
_STRINGS = "]PX^_"
_REPORTS = "cRntyIO"
"""How sequences end that a terminal sends of itself."""


class Echo:
    """Follows the bytes that come from the keys; they are all kept elsewhere and mean the same again later.

    `text` is the draft so far, `sent` how many drafts Enter has sent, `quits` whether Ctrl+C was pressed. What a key
    does that only the real draft knows, the arrows for example, is not guessed: the text then stays as it is up to the
    next Enter.
    """

    def __init__(self) -> None:
        self.text = ""
        self.sent = 0
        self.quits = False
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._state = self._ground
        self._sequence = ""
        self._pastes = 0
        self._unsure = False

    def feed(self, data: bytes) -> None:
        """Take what came."""
        for character in self._decode(data):
            self._state(character)

    def _ground(self, character: str) -> None:
        if character == "\x1b":
            self._state = self._escape
        elif character == "\x03":
            self.quits = True
        elif character == "\r":
            self._enter()
        elif not self._unsure:
            self._edit(character)

    def _edit(self, character: str) -> None:
        if character == "\n" or character.isprintable() or ord(character) > 0x9F:
            self.text += character
        elif character in "\x7f\x08":
            self.text = self.text[:-1]
        elif character == "\x15":
            self.text = self.text[: self.text.rfind("\n") + 1]
        else:
            self._unsure = True

    def _enter(self) -> None:
        if self.text.endswith("\\") and not self._unsure:
            self.text = self.text[:-1] + "\n"
        elif self.text.strip() or self._unsure:
            self.text, self._unsure = "", False
            self.sent += 1

    def _escape(self, character: str) -> None:
        if character == "\x1b":
            return
        self._sequence = ""
        if character == "[":
            self._state = self._control
        elif character in _STRINGS:
            self._state = self._string
        else:
            self._state = self._one_more if character == "O" else self._ground
            self._unsure = True

    def _one_more(self, _: str) -> None:
        self._state = self._ground

    def _control(self, character: str) -> None:
        self._sequence += character
        if not "\x40" <= character <= "\x7e":
            return
        self._state = self._ground
        if self._sequence == PASTE_BEGIN:
            self._sequence, self._state = "", self._paste
        elif character not in _REPORTS:
            self._unsure = True

    def _string(self, character: str) -> None:
        if character in "\x07\x9c\\":
            self._state = self._ground

    def _paste(self, character: str) -> None:
        self._sequence += character
        if character == "~" and self._sequence.endswith(PASTE_END):
            self._state = self._ground
            self._pasted(self._sequence[: -len(PASTE_END)].replace("\r\n", "\n").replace("\r", "\n"))

    def _pasted(self, text: str) -> None:
        lines = text.count("\n")
        large = len(text) > LARGE_CHARACTERS or lines >= LARGE_LINES
        self._pastes += large
        size = f"+{lines + 1} lines" if lines else f"+{len(text)} characters"
        if not self._unsure:
            self.text += f"[Pasted text #{self._pastes} {size}]" if large else text
