using Orleans.Runtime;

namespace ShoppingCart.Grains;

/// <inheritdoc/>
public sealed class InventoryGrain([PersistentState("stock")] IPersistentState<Stock> stock) : Grain, IInventoryGrain
{
    /// <inheritdoc/>
    public Task RestockAsync(int count)
    {
        stock.State.Count += count;
        return stock.WriteStateAsync();
    }

    /// <inheritdoc/>
    public async Task<bool> TryTakeAsync(int count)
    {
        if (stock.State.Count < count)
            return false;
        stock.State.Count -= count;
        await stock.WriteStateAsync();
        return true;
    }

    /// <inheritdoc/>
    public Task<int> CountAsync() => Task.FromResult(stock.State.Count);
}
