namespace ShoppingCart.Grains;

/// <summary>The board in the office that shows the orders as they come in.</summary>
[Alias("ShoppingCart.IBoardGrain")]
public interface IBoardGrain : IGrainWithStringKey
{
    /// <summary>Begins to listen, once.</summary>
    [Alias("Listen")]
    Task ListenAsync();

    /// <summary>The orders that it has heard of.</summary>
    [Alias("Orders")]
    Task<IReadOnlyList<string>> OrdersAsync();
}
