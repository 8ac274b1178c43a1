using Orleans.Streams;

namespace Orleans.Replication.Tests.Streams;

/// <inheritdoc cref="IListenerGrain"/>
public sealed class ListenerGrain : Grain, IListenerGrain
{
    /// <summary>The name of the stream provider.</summary>
    public const string ProviderName = "stock";

    private readonly List<int> _heard = [];

    private IAsyncStream<int> Stream => this.GetStreamProvider(ProviderName).GetStream<int>("news", this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in await Stream.GetAllSubscriptionHandles())
            await subscription.ResumeAsync(HearAsync);
    }

    /// <inheritdoc/>
    public Task SubscribeAsync() => Stream.SubscribeAsync(HearAsync);

    /// <inheritdoc/>
    public async Task UnsubscribeAsync()
    {
        foreach (var subscription in await Stream.GetAllSubscriptionHandles())
            await subscription.UnsubscribeAsync();
    }

    /// <inheritdoc/>
    public Task SayAsync(int number) => Stream.OnNextAsync(number);

    /// <inheritdoc/>
    public Task<int[]> HeardAsync() => Task.FromResult(_heard.ToArray());

    private Task HearAsync(int number, StreamSequenceToken? token)
    {
        _heard.Add(number);
        return Task.CompletedTask;
    }
}
