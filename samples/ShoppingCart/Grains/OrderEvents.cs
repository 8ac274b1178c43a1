namespace ShoppingCart.Grains;

/// <summary>Something that happened to an order.</summary>
[GenerateSerializer, Immutable, Alias("ShoppingCart.OrderEvent")]
public abstract record OrderEvent;

/// <summary>The order was placed.</summary>
[GenerateSerializer, Immutable, Alias("ShoppingCart.OrderPlaced")]
public sealed record OrderPlaced([property: Id(0)] string Order, [property: Id(1)] string Customer, [property: Id(2)] OrderLine[] Lines) : OrderEvent;

/// <summary>The order was paid.</summary>
[GenerateSerializer, Immutable, Alias("ShoppingCart.OrderPaid")]
public sealed record OrderPaid : OrderEvent;
