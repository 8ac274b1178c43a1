namespace ShoppingCart.Grains;

/// <summary>An order as it is.</summary>
/// <param name="Customer">Whose it is.</param>
/// <param name="Lines">What was ordered.</param>
/// <param name="Paid">Whether it was paid.</param>
/// <param name="Events">How many events its journal has.</param>
[GenerateSerializer, Immutable, Alias("ShoppingCart.OrderView")]
public sealed record OrderView(
    [property: Id(0)] string Customer, [property: Id(1)] IReadOnlyList<OrderLine> Lines, [property: Id(2)] bool Paid, [property: Id(3)] int Events);
