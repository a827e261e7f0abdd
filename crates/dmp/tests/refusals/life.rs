//! The life of a dossier: closed, and after a death.

use serde_json::json;

use crate::provoked::Provoked;
use crate::scene::{Scene, set};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let gp = scene.demo.token("gp");
    let (one, holder) = scene.lived(301).await;
    assert_eq!(scene.patched(&holder, &one, &set("/active", json!(false))).await.0, 200);
    provoked.told("closed", scene.finds(&gp, &one).await);
    let (dead, heir) = scene.lived(302).await;
    let died = scene.patched(&scene.operator(), &dead, &set("/deceasedBoolean", json!(true))).await;
    assert_eq!(died.0, 200, "{}", died.1);
    provoked.told("death", scene.finds(&heir, &dead).await);
    // To others it is closed, as any.
    provoked.told("closed", scene.finds(&gp, &dead).await);
}
