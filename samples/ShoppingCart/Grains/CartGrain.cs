using Orleans.Runtime;

namespace ShoppingCart.Grains;

/// <inheritdoc/>
public sealed class CartGrain([PersistentState("cart")] IPersistentState<Cart> cart) : Grain, ICartGrain, IRemindable
{
    private const string Abandoned = "abandoned";

    // Orleans' shortest period.
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task<bool> AddAsync(string product, int count, TimeSpan abandonedAfter)
    {
        if (!await GrainFactory.GetGrain<IInventoryGrain>(product).TryTakeAsync(count))
            return false;
        cart.State.Counts[product] = cart.State.Counts.GetValueOrDefault(product) + count;
        await cart.WriteStateAsync();
        await this.RegisterOrUpdateReminder(Abandoned, abandonedAfter, Again);
        return true;
    }

    /// <inheritdoc/>
    public async Task CheckOutAsync(string order)
    {
        await GrainFactory.GetGrain<IOrderGrain>(order).PlaceAsync(this.GetPrimaryKeyString(), Lines());
        await cart.ClearStateAsync();
        if (await this.GetReminder(Abandoned) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    /// <inheritdoc/>
    public Task<CartView> LookAsync() => Task.FromResult(new CartView(Lines(), cart.State.Reminded));

    /// <summary>Reminds the customer.</summary>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        cart.State.Reminded++;
        await cart.WriteStateAsync();
    }

    private OrderLine[] Lines() => [.. cart.State.Counts.OrderBy(line => line.Key, StringComparer.Ordinal).Select(line => new OrderLine(line.Key, line.Value))];
}
