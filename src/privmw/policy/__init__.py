"""The privacy policy as data: vocabulary, catalogue of known recipients, register, decisions and lint."""
