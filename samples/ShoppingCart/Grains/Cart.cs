namespace ShoppingCart.Grains;

/// <summary>The state of a cart.</summary>
[GenerateSerializer, Alias("ShoppingCart.Cart")]
public sealed class Cart
{
    /// <summary>What is in it.</summary>
    [Id(0)]
    public Dictionary<string, int> Counts { get; set; } = [];

    /// <summary>How often the customer was reminded of it.</summary>
    [Id(1)]
    public int Reminded { get; set; }
}
