using System.Collections.Concurrent;
using Orleans.Hosting;
using Orleans.Providers.Streams.Common;
using Orleans.Replication.Tests.Grains;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Replication.Tests.Streams;

/// <summary>What followers have been told, by grain and whether the subscription was implicit; it outlives their activations.</summary>
internal static class Followed
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<StateChange<Basket>>> Seen = [];
    private static readonly ConcurrentDictionary<string, int> Failures = [];

    public static IReadOnlyCollection<StateChange<Basket>> By(string follower) => Seen.GetOrAdd(follower, _ => []);

    /// <summary>Lets the follower fail so many times.</summary>
    public static void Fail(string follower, int times) => Failures[follower] = times;

    public static Task Add(string follower, StateChange<Basket> change)
    {
        if (Failures.TryGetValue(follower, out var times) && times > 0)
        {
            Failures[follower] = times - 1;
            throw new InvalidOperationException("Not now.");
        }

        Seen.GetOrAdd(follower, _ => []).Enqueue(change);
        return Task.CompletedTask;
    }
}

/// <summary>Subscribed by its class.</summary>
[ImplicitStreamSubscription("replicatedbasket/basket")]
public sealed class ImplicitFollowerGrain : Grain, IGrainWithStringKey, IStreamSubscriptionObserver
{
    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<StateChange<Basket>>().ResumeAsync((change, _) => Followed.Add($"implicit/{this.GetPrimaryKeyString()}", change));
}

/// <inheritdoc cref="IFollowerGrain"/>
public sealed class FollowerGrain : Grain, IFollowerGrain
{
    private IAsyncStream<StateChange<Basket>> Stream => this.GetStreamProvider(StateStreamTests.Provider)
        .GetStream(new StateReference<Basket>(GrainId.Create("replicatedbasket", this.GetPrimaryKeyString()), "basket"));

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in await Stream.GetAllSubscriptionHandles())
            await subscription.ResumeAsync(SeeAsync);
    }

    /// <inheritdoc/>
    public Task FollowAsync(long? fromVersion) => fromVersion is { } version
        ? Stream.SubscribeAsync(SeeAsync, new EventSequenceTokenV2(version))
        : Stream.SubscribeAsync(SeeAsync);

    private Task SeeAsync(StateChange<Basket> change, StreamSequenceToken? token)
    {
        Assert.Equal(change.Version, token?.SequenceNumber);
        return Followed.Add($"explicit/{this.GetPrimaryKeyString()}", change);
    }
}
