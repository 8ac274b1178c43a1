namespace ShoppingCart.Grains;

/// <summary>What is in a cart, and how often the customer was reminded of it.</summary>
[GenerateSerializer, Immutable, Alias("ShoppingCart.CartView")]
public sealed record CartView([property: Id(0)] IReadOnlyList<OrderLine> Lines, [property: Id(1)] int Reminded);
