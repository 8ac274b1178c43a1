using Orleans.EventSourcing;
using Orleans.Runtime;
using Orleans.Streams;

namespace ShoppingCart.Grains;

/// <inheritdoc/>
public sealed class OrderGrain : JournaledGrain<Order, OrderEvent>, IOrderGrain
{
    /// <inheritdoc/>
    public async Task PlaceAsync(string customer, OrderLine[] lines)
    {
        if (Version > 0)
            return;
        var placed = new OrderPlaced(this.GetPrimaryKeyString(), customer, lines);
        RaiseEvent(placed);
        await ConfirmEvents();
        await this.GetStreamProvider(BoardGrain.StreamProvider).GetStream<OrderPlaced>(StreamId.Create(BoardGrain.Orders, BoardGrain.Key)).OnNextAsync(placed);
    }

    /// <inheritdoc/>
    public Task PayAsync()
    {
        RaiseEvent(new OrderPaid());
        return ConfirmEvents();
    }

    /// <inheritdoc/>
    public Task<OrderView> LookAsync() => Task.FromResult(new OrderView(State.Customer, State.Lines, State.Paid, Version));
}
