namespace ShoppingCart.Grains;

/// <summary>An order: a journal of what happened to it.</summary>
[Alias("ShoppingCart.IOrderGrain")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>Places the order, once.</summary>
    [Alias("Place")]
    Task PlaceAsync(string customer, OrderLine[] lines);

    /// <summary>Pays it.</summary>
    [Alias("Pay")]
    Task PayAsync();

    /// <summary>The order as it is.</summary>
    [Alias("Look")]
    Task<OrderView> LookAsync();
}
