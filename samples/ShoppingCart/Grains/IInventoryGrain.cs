namespace ShoppingCart.Grains;

/// <summary>How many there are of a product.</summary>
[Alias("ShoppingCart.IInventoryGrain")]
public interface IInventoryGrain : IGrainWithStringKey
{
    /// <summary>Adds some.</summary>
    [Alias("Restock")]
    Task RestockAsync(int count);

    /// <summary>Takes some; false when there are not enough.</summary>
    [Alias("TryTake")]
    Task<bool> TryTakeAsync(int count);

    /// <summary>How many there are.</summary>
    [Alias("Count")]
    Task<int> CountAsync();
}
