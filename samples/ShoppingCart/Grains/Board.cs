namespace ShoppingCart.Grains;

/// <summary>The state of the board.</summary>
[GenerateSerializer, Alias("ShoppingCart.Board")]
public sealed class Board
{
    /// <summary>The orders that it has heard of.</summary>
    [Id(0)]
    public List<string> Orders { get; set; } = [];
}
