using Bank.Grains;

namespace Bank.Demonstration;

/// <summary>
/// What the tellers wrote down themselves, order by order, on their own side: the measure for the audit. One desk has one teller, so nothing here
/// is shared between threads but the counts.
/// </summary>
internal sealed class Books(int branch, int desk)
{
    private readonly List<(Transfer Order, OrderState State)> _orders = [];

    public int Branch { get; } = branch;

    public int Desk { get; } = desk;

    /// <summary>Every order that was given, and how it ended.</summary>
    public IReadOnlyList<(Transfer Order, OrderState State)> Orders => _orders;

    /// <summary>The number of the next order.</summary>
    public long NextNumber => _orders.Count + 1;

    public void Add(Transfer order, OrderState state) => _orders.Add((order, state));
}
