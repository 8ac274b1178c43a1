namespace ShoppingCart.Check;

/// <summary>The shop is not as it should be.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
