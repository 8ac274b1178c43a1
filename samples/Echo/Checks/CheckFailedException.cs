namespace Echo.Checks;

/// <summary>The peer did something else than it should; the message says what.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
