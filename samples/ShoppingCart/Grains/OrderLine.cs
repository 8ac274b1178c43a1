namespace ShoppingCart.Grains;

/// <summary>So many of a product.</summary>
[GenerateSerializer, Immutable, Alias("ShoppingCart.OrderLine")]
public sealed record OrderLine([property: Id(0)] string Product, [property: Id(1)] int Count);
