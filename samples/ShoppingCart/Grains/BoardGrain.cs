using Orleans.Runtime;
using Orleans.Streams;

namespace ShoppingCart.Grains;

/// <inheritdoc/>
public sealed class BoardGrain([PersistentState("board")] IPersistentState<Board> board) : Grain, IBoardGrain
{
    /// <summary>The name of the stream provider.</summary>
    public const string StreamProvider = "shop";

    /// <summary>The namespace of the stream of orders.</summary>
    public const string Orders = "orders";

    /// <summary>The key of the one board, and of its stream.</summary>
    public const string Key = "office";

    private IAsyncStream<OrderPlaced> Stream => this.GetStreamProvider(StreamProvider).GetStream<OrderPlaced>(StreamId.Create(Orders, Key));

    /// <summary>Goes on listening: the subscription outlives the activation.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in await Stream.GetAllSubscriptionHandles())
            await subscription.ResumeAsync(HearAsync);
    }

    /// <inheritdoc/>
    public async Task ListenAsync()
    {
        if ((await Stream.GetAllSubscriptionHandles()).Count == 0)
            await Stream.SubscribeAsync(HearAsync);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> OrdersAsync() => Task.FromResult<IReadOnlyList<string>>([.. board.State.Orders]);

    private Task HearAsync(OrderPlaced placed, StreamSequenceToken? token)
    {
        // A stream may say a thing twice.
        if (!board.State.Orders.Contains(placed.Order))
            board.State.Orders.Add(placed.Order);
        return board.WriteStateAsync();
    }
}
