namespace ShoppingCart.Grains;

/// <summary>An order as its events have made it.</summary>
[GenerateSerializer, Alias("ShoppingCart.Order")]
public sealed class Order
{
    /// <summary>Whose it is.</summary>
    [Id(0)]
    public string Customer { get; set; } = string.Empty;

    /// <summary>What was ordered.</summary>
    [Id(1)]
    public OrderLine[] Lines { get; set; } = [];

    /// <summary>Whether it was paid.</summary>
    [Id(2)]
    public bool Paid { get; set; }

    /// <summary>Takes an event in.</summary>
    public void Apply(OrderPlaced placed) => (Customer, Lines) = (placed.Customer, placed.Lines);

    /// <inheritdoc cref="Apply(OrderPlaced)"/>
    public void Apply(OrderPaid paid) => Paid = paid is not null;
}
