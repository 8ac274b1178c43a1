namespace Bank.Demonstration;

/// <summary>How an order ended, as its teller knows.</summary>
internal enum OrderState
{
    /// <summary>The bank said that the money has moved.</summary>
    Acknowledged,

    /// <summary>The bank said that there was not enough money.</summary>
    Declined,

    /// <summary>The connection or the deadline ended first: the money may have moved, once, or not.</summary>
    Unknown,
}
