//! What a function may ask of an account: one file a question.
//!
//! Each says what runs side by side and what is kept, and answers with plain values and their
//! [`Coverage`](crate::model::coverage::Coverage). A failure of one region or service is part of an answer, never an error.

pub(crate) mod costs;
pub(crate) mod inventory;
pub(crate) mod measure;
pub(crate) mod survey;
