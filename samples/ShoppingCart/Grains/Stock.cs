namespace ShoppingCart.Grains;

/// <summary>The state of the inventory of a product.</summary>
[GenerateSerializer, Alias("ShoppingCart.Stock")]
public sealed class Stock
{
    /// <summary>How many there are.</summary>
    [Id(0)]
    public int Count { get; set; }
}
