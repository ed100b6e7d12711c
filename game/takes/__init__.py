"""Takes: what was played and how it was filmed, kept so that it can be seen again and filmed anew.

A folder per take holds `take.log` (the journal, written while recording) and `take.json` (its summary, written at the
end). Nothing is derived at record time; nothing here needs physics or torch.
"""
