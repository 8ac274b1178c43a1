namespace Orleans.Replication.Tests.Streams;

/// <summary>Follows the basket of its own key.</summary>
public interface IFollowerGrain : IGrainWithStringKey
{
    /// <summary>Subscribes explicitly, from a version on or from now on.</summary>
    Task FollowAsync(long? fromVersion);
}
